// tap hooks into every process that a test starts, to record the files it loads. This suite does not need that, and it costs 0.13
// s of CPU time for each process.
delete process.env.NODE_OPTIONS
