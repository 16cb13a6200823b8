"""Who looks: the gate, the identity, and the App in the person's hands."""
