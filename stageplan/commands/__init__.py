"""From a step of a plan to the words of its command. Script and run both take them from here."""
