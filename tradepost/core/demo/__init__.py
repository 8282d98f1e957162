"""What the demo is made of: a catalogue and its pictures."""
