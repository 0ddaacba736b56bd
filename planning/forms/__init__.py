"""Shape and format of what is typed; rules are the services'."""
