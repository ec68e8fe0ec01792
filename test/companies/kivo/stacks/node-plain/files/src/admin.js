process.stdout.write("There is nothing to run by hand yet.\n");
