"""All workloads."""

from bench.replay import compiled_server, front_and_back, python_service, real_python

WORKLOADS = (python_service.WORKLOAD, front_and_back.WORKLOAD, compiled_server.WORKLOAD, real_python.WORKLOAD)
