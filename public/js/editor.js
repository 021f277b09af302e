// The template editor.
