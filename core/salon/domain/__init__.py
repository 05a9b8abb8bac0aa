"""What Salon is about: frozen data and rules, without I/O."""
