// Workers that tests start get the arguments of Node that they get from people, which are none, and not those of the test runner.
process.execArgv = [];
