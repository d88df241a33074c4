"""An S3 server of our own on loopback, that keeps what it has in memory."""

import http.client
import re
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from lab.go_programs import S3_SERVER, go_program
from lab.keeper import Keeper, new_folder

BUCKET: Final = "caches"
KEY: Final = ("lab", "lab-secret")  # any will do
_LISTENING = re.compile(r"using port: (\d+)")


class S3:
    """A running S3 server with one bucket."""

    def __init__(self) -> None:
        self._program = go_program(S3_SERVER)
        self._folder = new_folder()
        self._keeper: Keeper | None = None
        self._port = 0

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700)
        self._keeper = Keeper(
            [str(self._program), "-backend", "memory", "-host", "127.0.0.1:0", "-initialbucket", BUCKET],
            log=self._log,
            cleanup=f"rm -rf '{self._folder}'",
        )
        self._keeper.wait_until(self._answers)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeper:
            self._keeper.close()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def options(self) -> tuple[str, ...]:
        """What BuildKit's s3 cache takes, as `KEY=VALUE`."""
        return (f"bucket={BUCKET}", "region=us-east-1", f"endpoint_url={self.url}", "use_path_style=true")

    @property
    def env(self) -> dict[str, str]:
        """The credentials; no client asks a cloud for others."""
        return {
            "AWS_ACCESS_KEY_ID": KEY[0],
            "AWS_SECRET_ACCESS_KEY": KEY[1],
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def _log(self) -> Path:
        return self._folder / "s3.log"

    def _answers(self) -> bool:
        listening = _LISTENING.search(self._log.read_text(encoding="utf-8"))
        if listening is None:
            return False
        self._port = int(listening[1])
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("HEAD", f"/{BUCKET}")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
