"""Pictures of a stage graph: one scene, drawn as Mermaid, DOT, SVG or a page."""
