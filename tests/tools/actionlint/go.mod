module metalml.local/tests/tools/actionlint

go 1.26.0

// The linter of .github/workflows. tests/tools/workflows.py builds it; `local/gomodule.py` keeps it.
require github.com/rhysd/actionlint v1.7.12
