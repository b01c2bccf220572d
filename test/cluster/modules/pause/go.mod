module runnel.dev/test/cluster/modules/pause

go 1.26.0
