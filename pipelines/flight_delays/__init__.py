"""Flight delays: does a flight that has just departed arrive more than 15 minutes late?"""
