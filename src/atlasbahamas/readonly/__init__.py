"""The read-only switch: for a while the site shows everything and changes nothing (docs/operators/read-only.md).

The switch is a row; each process looks at it every few seconds. `services` turn it, `switch` is what a process knows of it,
`refusing` keeps requests from writing; workers and the beat ask the switch themselves.
"""
