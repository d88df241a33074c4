"""The check for stages that others use and that no option can name."""

from collections.abc import Iterator

from stageplan.review.checks.finding import Finding, Subject

RULE = "unnamed-source"


def unnamed_sources(subject: Subject) -> Iterator[Finding]:
    """The stages without a name that others copy from."""
    graph = subject.graph
    for stage in graph.stages:
        consumers = graph.consumers(stage.index)
        if stage.name is None and consumers:
            text = graph.dockerfile.stages[stage.index]
            copier = graph.stages[consumers[0]].label
            yield Finding(
                rule=RULE,
                severity="warning",
                message=f"stage {stage.index} has no name, so it is no target and has no cache of its own",
                span=text.start.span,
                hint=f"write `{text.start.text} AS name`, and `COPY --from=name` in '{copier}'",
            )
