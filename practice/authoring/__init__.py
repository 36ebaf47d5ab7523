"""Help for authors: scaffolds for new files, and the field tables of the docs."""
