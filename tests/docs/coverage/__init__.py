"""What the sources ask of each procedure, where its definition says it, and what shows that it holds."""
