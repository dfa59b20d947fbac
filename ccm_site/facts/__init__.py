"""What a register says, as pure functions of it and a day: read by rules, by the calendar and by views. Nothing here checks or prints."""
