def make(seed, number): return ""
