"""Engines that are broken on purpose: each defect must be caught by the simulated world or by the crash sweep."""
