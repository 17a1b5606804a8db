"""The shared parts of procedures: read once, written out in every procedure that uses them, and watched for strays."""
