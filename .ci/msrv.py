#!/usr/bin/env python3
"""Fails if a crate that the program is built from needs a newer Rust than Cargo.toml states, or if the workspace's packages differ."""
import json
import subprocess
import sys


def version(text):
    return tuple(int(part) for part in text.split("."))


def main():
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    metadata = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    root = packages[metadata["resolve"]["root"]]
    stated = version(root["rust_version"])
    members = [packages[member] for member in metadata["workspace_members"]]
    other = [f"{p['name']} states Rust {p['rust_version']}" for p in members if p["rust_version"] != root["rust_version"]]
    newer = other + [f"{p['name']} {p['version']} needs Rust {p['rust_version']}"
             for p in packages.values() if p["rust_version"] and version(p["rust_version"])[:2] > stated[:2]]
    for line in newer:
        print(line)
    print(f"stated Rust version {root['rust_version']}: {len(packages) - len(newer) + len(other)} of {len(packages)} crates build with it")
    return 1 if newer else 0


if __name__ == "__main__":
    sys.exit(main())
