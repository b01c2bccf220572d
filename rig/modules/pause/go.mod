module runnel.dev/rig/modules/pause

go 1.26.0
