"""Content of the demo bureau: everything here is invented, except laws and their articles. Pure data, no Django."""
