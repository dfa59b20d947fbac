"""The gate: what a change decides, who may approve it, and what stands in its way. Called by people, by forges and by hooks alike."""
