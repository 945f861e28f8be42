def draw_home(seed, *, kind, beds, island): return ""
