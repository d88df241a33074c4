"""What a build reads of its context: which files, and their digest. Nothing here touches a disk."""
