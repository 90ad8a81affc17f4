"""Records as people read them: pure functions that give lines, headings and tables."""
