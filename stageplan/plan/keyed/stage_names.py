"""The names of stages that a plan adds to a file."""


def virtual_stage(form: str, name: str) -> str:
    """The name of the stage that makes a form of another stage."""
    return f"stageplan-{form}-{name}"
