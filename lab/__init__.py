"""Real Docker Engines and registries of our own, for the tests, the demo and the bench.

Nothing of the machine's own Docker is used or changed: engine and registry come from Debian's packages, run
in namespaces of their own, listen on unix sockets and loopback only, and leave nothing behind.
"""

from lab.engine import Engine
from lab.images import push_image, seed
from lab.packages import LabUnavailableError, Suite, available, engine_suite
from lab.registry import Registry

__all__ = [
    "Engine",
    "LabUnavailableError",
    "Registry",
    "Suite",
    "available",
    "engine_suite",
    "push_image",
    "seed",
]
