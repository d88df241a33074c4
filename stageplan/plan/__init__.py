"""From a stage graph to the plan of its builds."""
