"""Stages and rules that people would otherwise copy, used by name: `use: fill`.

Each is a class whose parameters are its configuration. A stage declares its columns when it is
made; a rule says as text what it tests. Modules are imported when a pipeline names what is in them.
"""
