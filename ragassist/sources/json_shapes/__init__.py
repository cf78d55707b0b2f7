"""What the objects of each service mean: one file a shape, and one that tells them apart."""
