"""A BuildKit without an engine, and an S3 server for its caches."""

from pathlib import Path

import lab
from lab.buildkitd import NAME, BuildKit
from lab.s3 import BUCKET, S3


def test_it_is_a_builder_of_its_own_client(buildkit: BuildKit) -> None:
    assert (
        f"Name:          {NAME}\nDriver:        remote" in buildkit.run("docker", "buildx", "inspect").stdout
    )
    assert buildkit.run("docker", "version", check=False).returncode != 0


def test_it_builds_from_the_stand_in_for_docker_hub(buildkit: BuildKit, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM busybox:1.37\nRUN echo built > /file\n")
    output = f"--output=type=local,dest={tmp_path / 'out'}"
    buildkit.run("docker", "buildx", "build", output, ".", cwd=tmp_path)
    assert (tmp_path / "out/file").read_text() == "built\n"


def test_a_wipe_forgets(buildkit: BuildKit, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM busybox:1.37\nRUN cat /proc/sys/kernel/random/uuid > /file\n")
    written = []
    for number in (1, 2):
        output = f"--output=type=local,dest={tmp_path / str(number)}"
        buildkit.run("docker", "buildx", "build", output, ".", cwd=tmp_path)
        written.append((tmp_path / str(number) / "file").read_text())
        buildkit.wipe()
    assert written[0] != written[1]


def test_an_engine_reaches_it_too(buildkit: BuildKit, engine: lab.Engine) -> None:
    buildkit.attach(engine)
    assert "Status:           running" in engine.run("docker", "buildx", "inspect", NAME).stdout


def test_the_s3_server_has_a_bucket(s3: S3) -> None:
    assert s3.options == (
        f"bucket={BUCKET}",
        "region=us-east-1",
        f"endpoint_url={s3.url}",
        "use_path_style=true",
    )
