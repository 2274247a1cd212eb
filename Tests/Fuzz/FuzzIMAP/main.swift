import FuzzDriver

fuzz { check($0) }
