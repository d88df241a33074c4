"""Base images packed anew by the registries alone."""

from pathlib import Path

from stageplan.dockerfile.references import parse_reference
from stageplan.run.ports import OnMoved
from stageplan.system.engine import engine_mirrors
from stageplan.system.image_configs import image_manifest
from stageplan.system.image_layout import ImageLayout
from stageplan.system.mirrors import Mirrors


class BasePacker:
    """Packs images with zstd on the way from where they lie to where they are kept, and into a folder."""

    def pack(self, source: str, target: str, platform: str, folder: str, on_moved: OnMoved) -> str | None:
        """The digest of the image, packed anew, that the target names now; None: only a builder can.

        Args:
            source: `REPOSITORY@DIGEST` of an image or an index; a mirror of Docker Hub is asked first.
            target: the ref that it gets.
            platform: of an index, the image for this one.
            folder: an image layout that gets the image, too.
            on_moved: gets the bytes that came in and that went out since the last call, from several threads.

        Raises:
            UnreachableError: a registry does not answer, or refuses.
            OSError: the folder cannot be written.
        """
        mirrors = Mirrors(engine_mirrors())
        registry, layout = mirrors.registry(), ImageLayout(Path(folder))
        for place in mirrors.places(source):
            reference = parse_reference(place)
            manifest = image_manifest(registry, reference.name, reference.digest or "", platform)
            if manifest:
                return registry.repack(reference.name, manifest, target, layout=layout, on_moved=on_moved)
        return None
