"""Production: the process that makes an episode's sound of segments, step by step.

Nothing here knows of tables or of the loop; `making.py` starts the process and listens to it.
"""
