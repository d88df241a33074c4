"""Where a stage takes from: images by their digest, stages by their keys, files by what they hold."""

from collections.abc import Mapping

from stageplan.context.files import Reading
from stageplan.dockerfile.platforms import Platform, parse_platform
from stageplan.dockerfile.references import parse_reference
from stageplan.keys.model import InputKind, KeyFacts, KeyInput, StageKey
from stageplan.stages.bases import SCRATCH
from stageplan.stages.model import Source, Stage
from stageplan.stages.named_contexts import context_for, image_of_context, is_empty_context

_NOTHING = "nothing"
_ITSELF = "itself"


class Origins:
    """What one stage takes from.

    Args:
        stage: the stage.
        labels: the name of every stage, by index.
        keys: the keys of the stages that it needs, by index.
        facts: what the file alone does not say.
    """

    def __init__(
        self, stage: Stage, labels: tuple[str, ...], keys: Mapping[int, StageKey], facts: KeyFacts
    ) -> None:
        self._stage = stage
        self._labels = labels
        self._keys = keys
        self._facts = facts

    def base(self) -> KeyInput:
        """What the stage starts from."""
        stage, line = self._stage, self._stage.span.line
        if stage.base_stage is not None:
            parent = self._keys[stage.base_stage]
            label = self._labels[stage.base_stage]
            reason = None if parent.digest else f"it starts from '{label}', which has no key"
            return KeyInput(
                kind="base-stage", name=label, value=parent.digest or "", line=line, unknown=reason
            )
        context = stage.replaced_by or stage.base_context
        if context is not None:
            return self._named_context(context, None, line, is_base=True)
        if stage.base_image is None:
            return KeyInput(kind="base-image", name=SCRATCH, value=_NOTHING, line=line)
        return self._image(stage.base_image, line, is_base=True)

    def source(self, source: Source, reading: Reading, line: int) -> KeyInput:
        """What a COPY or a mount names.

        Args:
            source: what it names.
            reading: what it takes of that, should that be a folder.
            line: where it stands.
        """
        if source.stage is not None:
            return self._stage_input(source.stage, line)
        name = source.image or SCRATCH
        if name == SCRATCH:
            return KeyInput(kind="copied-image", name=SCRATCH, value=_NOTHING, line=line)
        ref = parse_reference(name).normalized
        context = context_for(ref, self._facts.build_contexts, self._platform())
        if context is not None:
            return self._named_context(context, reading, line, is_base=False)
        return self._image(ref, line, is_base=False)

    def context(self, reading: Reading, line: int, context: str | None = None) -> KeyInput:
        """Files of the build context, or of a named one that is a folder."""
        digest = self._facts.digest_of(reading, context)
        reason = f"the build context '{context}'" if context else "the build context"
        return KeyInput(
            kind="files",
            name=" ".join(reading.sources),
            value=digest or "",
            line=line,
            unknown=None if digest else f"{reason} is no folder here, so its files are not known",
            reading=None if context else reading,
        )

    def _stage_input(self, index: int, line: int) -> KeyInput:
        """Another stage; a trigger may even name the stage that it fires in."""
        label = self._labels[index]
        if index == self._stage.index:
            return KeyInput(kind="copied-stage", name=label, value=_ITSELF, line=line)
        source = self._keys[index]
        reason = None if source.files else f"it takes from '{label}', which has no key"
        return KeyInput(kind="copied-stage", name=label, value=source.files or "", line=line, unknown=reason)

    def _named_context(self, context: str, reading: Reading | None, line: int, *, is_base: bool) -> KeyInput:
        kind: InputKind = "base-image" if is_base else "copied-image"
        if is_empty_context(context):
            return KeyInput(kind=kind, name=SCRATCH, value=_NOTHING, line=line)
        ref = image_of_context(context)
        if ref is not None:
            return self._image(ref, line, is_base=is_base)
        digest = _layout_digest(context)
        if digest is None and reading is not None:
            return self.context(reading, line, context)
        return KeyInput(
            kind=kind,
            name=context,
            value=digest or "",
            line=line,
            unknown=None if digest else f"the named context '{context}' has no digest",
        )

    def _image(self, ref: str, line: int, *, is_base: bool) -> KeyInput:
        digest = parse_reference(ref).digest or self._facts.images.get(ref)
        reason = None
        if digest is None:
            problem = self._facts.image_problems.get(ref, "nobody was asked")
            reason = f"the digest of '{ref}' is not known: {problem}"
        elif is_base and (ref, self._stage.effective_platform) not in self._facts.inspected:
            problem = self._facts.image_problems.get(ref, "nobody was asked")
            reason = f"'{ref}' may have ONBUILD triggers, and cannot be inspected: {problem}"
        # an image that a COPY names is taken for the platform that is built for, whatever the stage's own is
        value = digest if is_base or digest is None else f"{digest} {self._facts.platform}"
        return KeyInput(
            kind="base-image" if is_base else "copied-image",
            name=ref,
            value=value or "",
            line=line,
            unknown=reason,
        )

    def _platform(self) -> Platform:
        return parse_platform(self._stage.effective_platform)


def _layout_digest(context: str) -> str | None:
    """The digest that an `oci-layout://` context names, or None."""
    if not context.startswith("oci-layout://"):
        return None
    digest = context.rpartition("@")[2]
    return digest if digest.startswith("sha256:") else None
