"""Help for those who write: scaffolds for new files, and the field tables of the docs."""
