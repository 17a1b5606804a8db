"""The outside world: mail and other ways to reach people and systems."""
