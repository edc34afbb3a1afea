"""Real servers for the tests: started once per test run and worker, ended by their process id."""
