"""What every app stands on and no business knows: errors, money, ids, jobs, stamps, HTTP."""
