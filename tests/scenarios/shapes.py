"""Dockerfiles of every shape that matters to images that stand in for stages."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A project, and what a later commit changes.

    Attributes:
        files: contents by path, the Dockerfile among them.
        changed: files that a second build finds changed.
        options: of the build, for docker and stageplan alike.
        checks: stages that are only run.
    """

    files: dict[str, str]
    changed: dict[str, str] = field(default_factory=lambda: {"src": "2\n"})
    options: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


def shape(text: str, *, files: dict[str, str] | None = None, **more: object) -> Shape:
    """A shape whose context holds a file `src`."""
    return Shape(files={"src": "1\n", "Dockerfile": text, **(files or {})}, **more)  # type: ignore[arg-type]


SHAPES: dict[str, Shape] = {
    "arguments": shape(
        """\
ARG VER=1.37
ARG X=global
FROM busybox:${VER} AS parent
ENV BEFORE=env
ARG B=b
ARG A='a "q" $x \\\\ z'
ARG LATER=arg BEFORE=arg
ENV LATER=env
ARG TARGETARCH X NOVALUE
RUN echo "$A $B $LATER $BEFORE" > /parent
FROM parent AS child
COPY src /src
ARG NOVALUE
ARG C=${A}-${B}
RUN env | grep -v HOSTNAME | sort > /env
ENV Q=$A
FROM child AS grandchild
ARG X=mine
RUN env | grep -v HOSTNAME | sort > /env2
FROM busybox:${VER}
COPY --from=grandchild /parent /env /env2 /
COPY --from=child --chown=$X:0 /src /mine
""",
        options=("--build-arg", "NOVALUE=given", "--build-arg", "X=7"),
    ),
    "settings": shape(
        """\
FROM busybox:1.37 AS parent
USER 5:6
WORKDIR /w/x
SHELL ["/bin/sh", "-ec"]
ENV A=1 PATH=$PATH:/q
LABEL l=p m="x y"
VOLUME /vol
EXPOSE 80 53/udp
HEALTHCHECK --interval=5s CMD true
STOPSIGNAL SIGUSR1
ENTRYPOINT ["e"]
CMD ["c"]
RUN echo p > p
FROM parent AS child
COPY src .
RUN id > id; pwd > pwd
LABEL l=c
ENTRYPOINT ["f"]
FROM child AS next
COPY src s2
CMD ["x"]
FROM next AS final
RUN echo final > final
FROM child AS other
RUN echo other > other
FROM final
COPY --from=other /w/x/other /other
""",
    ),
    "files": shape(
        """\
FROM busybox:1.37 AS files
RUN mkdir -p /d/empty /d/sub && chmod 1777 /d && chown 7:8 /d && chmod 700 /d/sub && echo x > /d/sub/x \\
 && ln /d/sub/x /d/hard && chmod 4755 /d/sub/x && mkfifo /d/fifo && ln -s nowhere /d/dangling \\
 && touch /d/old && chown 9:9 /d/old && mkdir /e && echo y > "/e/with blank" && chmod 2750 "/e/with blank"
FROM busybox:1.37 AS links
RUN mkdir -p /opt/bin /app && echo f > /opt/bin/f && chmod 700 /opt/bin && chown 5:6 /opt/bin \\
 && ln -s /opt/bin /app/bin && ln -s /app/bin/f /app/f && ln -s ../opt /app/opt
FROM busybox:1.37
COPY src /src
COPY --from=files /d /d
COPY --from=files d/ /d2/
COPY --from=files --chown=3:4 /d /d3
COPY --from=files --chmod=0750 ["/e/with blank", "/blank/"]
COPY --from=files --link /d /linked
COPY --from=links /app/bin /bin2
COPY --from=links /app/f /app/opt/bin /bin3/
""",
    ),
    "files of whole stages": shape(
        """\
FROM busybox:1.37 AS nested
RUN mkdir -p /d/empty /d/sub /opt/bin && chmod 1777 /d && chmod 700 /d/sub && echo x > /d/sub/x \\
 && ln /d/sub/x /d/hard && echo b > /opt/bin/b && ln -s /opt/bin /d/bin && ln -s sub/x /d/x
FROM busybox:1.37 AS wildcards
RUN mkdir -p /t/d /else && echo e > /else/e && ln -s /else/e /t/link && ln -s /else /t/dirlink \\
 && echo i > /t/d/i && echo p > /t/p
FROM busybox:1.37
COPY src /src
COPY --from=nested /d /d
COPY --from=nested /d/sub /d/empty /multi/
COPY --from=nested /d/bin /d/x /d/bin/b /bin2/
COPY --from=wildcards /t/* /t/
COPY --from=wildcards /t/d/*.none /t/
""",
    ),
    "whole stages": shape(
        """\
FROM scratch AS context
COPY . /s
FROM scratch AS tools
COPY --from=context /s/src /tool
FROM busybox:1.37 AS run
RUN mkdir /m && echo m > /m/m && chmod 711 /m && chown 3:3 /m
FROM busybox:1.37 AS mounts
COPY src /src
RUN --mount=from=run,source=/m,target=/x ls -lan /x | grep -v total | cut -c1-40 > /ls && cp -a /x /copied
RUN --mount=type=cache,from=run,source=/m,target=/x cat /x/m > /cached
RUN --mount=target=/ctx --mount=type=tmpfs,target=/tt cp /ctx/src /fromctx
FROM scratch
COPY --from=context / /
COPY --from=tools tool .
COPY --from=mounts /ls /copied /cached /fromctx /
""",
    ),
    "names": shape(
        """\
FROM busybox AS early
RUN echo early > /early
FROM busybox AS busybox
RUN echo stage > /stage
COPY src /src2
FROM early AS twice
RUN echo one > /one
FROM twice AS First
RUN echo b > /b
COPY src /bsrc
FROM busybox:1.37 AS twice
RUN echo two > /two
FROM busybox:1.37
RUN echo unnamed > /unnamed
FROM busybox AS mounts
RUN --mount=from=busybox,source=/stage,target=/m cat /m > /mm
FROM busybox:1.37
COPY --from=mounts /mm /
COPY --from=FIRST / /first/
COPY --from=twice /two /
COPY --from=5 /unnamed /
COPY --from=0 /early /
""",
    ),
    "triggers": shape(
        """\
FROM busybox:1.37 AS parent
ONBUILD ARG Z=z
ONBUILD COPY --from=other /q /q
ONBUILD RUN echo $Z > /z
ONBUILD ENV FIRED=1
RUN echo p > /p
FROM busybox:1.37 AS other
RUN echo q > /q
FROM parent AS child
COPY src /
RUN echo "$Z" > /zz
FROM child AS grandchild
RUN echo "$Z" > /zzz
FROM busybox:1.37 AS copies
COPY --from=grandchild /zz /zzz /z /q /
FROM child
COPY --from=copies /zzz /copied
""",
    ),
    "line ends of Windows": shape(
        """\
# escape=`\r
FROM busybox:1.37 AS a\r
ARG X=a`"b\r
ARG Y="c:`\\x $X"\r
RUN echo `\r
  pre > /pre\r
COPY <<EOT /here\r
text $X\r
EOT\r
COPY src /src\r
RUN echo "$X $Y" > /x\r
FROM a AS b\r
RUN echo "$X $Y" > /y\r
FROM busybox:1.37\r
COPY --from=b /y /y\r
COPY --from=a /src /x /here /pre /\r
""",
    ),
    "here-documents": shape(
        """\
FROM busybox:1.37 AS a
RUN <<E1 cat > /one && cat <<-'E2' > /two
FROM nothing
E1
\ttwo $A
\tE2
COPY src /src
RUN cat /src > /three
FROM busybox:1.37 AS f
COPY --from=a /one /two /three /
RUN echo y > /y \\
 \\
# the end of the file closes it

""",
    ),
    "another platform": shape(
        """\
FROM --platform=$BUILDPLATFORM busybox:1.37 AS a
ARG TARGETARCH
RUN echo "$TARGETARCH" > /t
FROM --platform=$BUILDPLATFORM a AS b
COPY src /src
RUN cat /src > /s; echo "$TARGETARCH" > /t2
FROM scratch
COPY --from=a /t /
COPY --from=b /t2 /s /
""",
        options=("--platform", "linux/arm64"),
    ),
    "stages that are alike": shape(
        """\
FROM busybox:1.37 AS base
ARG TARGETSTAGE
RUN echo "dep" > /d
FROM base AS dev
FROM base AS prod
FROM base AS x
COPY req /req
RUN cat /req > /r
COPY src /src
RUN cat /src > /x
FROM base AS y
COPY req /req
RUN cat /req > /r
COPY src2 /src
RUN cat /src > /x
FROM dev
COPY --from=prod /d /d2
COPY --from=x /x /x
COPY --from=y /x /y
""",
        files={"src2": "2\n", "req": "r\n"},
    ),
    "a long line, checked twice": shape(
        """\
FROM busybox:1.37 AS a
ARG Q=q
WORKDIR /w
RUN echo a > a
FROM a AS b
COPY src .
RUN echo b > b
FROM b AS c
RUN echo c > c
FROM c AS d
COPY src2 .
RUN echo "d$Q" > d
FROM d AS e
RUN echo "e$Q" > e
FROM e AS test-e
RUN test -f e
FROM c AS test-c
RUN test -f c
FROM e
CMD ["x"]
""",
        files={"src2": "1\n"},
        changed={"src2": "2\n"},
        checks=("test-e", "test-c"),
    ),
    "an ignore file of its own": shape(
        """\
FROM busybox:1.37 AS t
COPY . /all
RUN find /all | sort > /list
FROM busybox:1.37
COPY --from=t /list /
COPY --from=t /all /some
""",
        files={"no/x": "1", "Dockerfile.dockerignore": "no\nDockerfile*\n", ".dockerignore": "src\n"},
    ),
}
