"""From documents to output files: templates, pictures, style sheet, and the list of jobs."""
