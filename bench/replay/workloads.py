"""All workloads."""

from bench.replay import compiled_server, front_and_back, python_service

WORKLOADS = (python_service.WORKLOAD, front_and_back.WORKLOAD, compiled_server.WORKLOAD)
