# Made by stageplan 0.1.0. When the stages or the options change, make it anew:
#   stageplan script --format=make --check=test --image=registry.example.com/team/demo -o jobs.mk
# With --verify in place of -o that command says whether it is out of date.

.DEFAULT_GOAL := publish
.PHONY: stage-dictionary stage-tools stage-pages stage-search stage-assets stage-test stage-site publish

publish: stage-dictionary stage-tools stage-pages stage-search stage-assets stage-test stage-site
	stageplan run --strategy=keyed --check=test --image=registry.example.com/team/demo

stage-dictionary:
	stageplan run --strategy=keyed --check=test --image=registry.example.com/team/demo --stage=dictionary

stage-tools:
	stageplan run --strategy=keyed --check=test --image=registry.example.com/team/demo --stage=tools

stage-pages: stage-tools
	stageplan run --strategy=keyed --check=test --image=registry.example.com/team/demo --stage=pages

stage-search: stage-dictionary stage-tools
	stageplan run --strategy=keyed --check=test --image=registry.example.com/team/demo --stage=search

stage-assets:
	stageplan run --strategy=keyed --check=test --image=registry.example.com/team/demo --stage=assets

stage-test: stage-pages
	stageplan run --strategy=keyed --check=test --image=registry.example.com/team/demo --stage=test

stage-site: stage-pages stage-search stage-assets
	stageplan run --strategy=keyed --check=test --image=registry.example.com/team/demo --stage=site
