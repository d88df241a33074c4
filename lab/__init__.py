"""Real Docker Engines and registries of our own, for the tests, the demo and the bench.

Nothing of the machine's own Docker is used or changed: engine and registry come from Debian's packages, run
in namespaces of their own, listen on unix sockets and loopback only, and leave nothing behind.
"""

from lab.buildah import BuildahHost
from lab.contents import Image, differences
from lab.engine import Engine
from lab.images import push_image, push_layers, seed
from lab.packages import LabUnavailableError, Suite, available, engine_suite
from lab.registry import Registry

__all__ = [
    "BuildahHost",
    "Engine",
    "Image",
    "LabUnavailableError",
    "Registry",
    "Suite",
    "available",
    "differences",
    "engine_suite",
    "push_image",
    "push_layers",
    "seed",
]
