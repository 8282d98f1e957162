"""Every write of this app: one function per deed."""
