"""How the services of each subject are built: one file each, on one foundation."""
