"""The templates, and the one way to fill them.

A template only loops: every word it gets is already quoted.
"""

import jinja2


def render(name: str, **values: object) -> str:
    """The template filled with these values; a name it does not get is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("stageplan.render", "templates"),
        comment_start_string="{##",  # `{#` is sh: ${#word}
        comment_end_string="##}",
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - shell, not HTML; words come quoted for the shell
    )
    return environment.get_template(name).render(**values)
