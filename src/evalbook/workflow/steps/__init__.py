"""The steps of the interview, one file each, named as the contract names them."""
