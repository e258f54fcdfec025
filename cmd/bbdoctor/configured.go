package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/bbdoctor/bbdoctor/checks/offline"
	"github.com/bbdoctor/bbdoctor/cmd/bbdoctor/config"
	"github.com/bbdoctor/bbdoctor/rules/catalog"
)

// configFlags say which config file counts, and which of the deployments that it declares.
func configFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "config", Usage: "`FILE` to take the configuration from (default: " + config.Name + " in the directory of the first PATH, or above)"},
		&cli.BoolFlag{Name: "no-config", Usage: "take no config file, whatever the repository has"},
		&cli.StringSliceFlag{Name: "deployment", Usage: "judge only the deployments of this `NAME`, or whose names match this glob; repeatable"},
	}
}

// loadConfig reads the config file that counts; nil when there is none.
func loadConfig(c *cli.Context, env environment, paths []string) (*config.Config, error) {
	given := c.String("config")
	if c.Bool("no-config") {
		if given != "" {
			return nil, usagef("--config and --no-config exclude each other")
		}
		return nil, nil
	}
	path, err := filepath.Abs(env.path(given))
	if err != nil {
		return nil, usagef("--config %s: %v", given, err)
	}
	shown := given
	if given == "" {
		if path = config.Find(startOf(env, paths[0])); path == "" {
			return nil, nil
		}
		shown = shownAs(env, path)
	}
	read, err := config.Read(path, shown, catalog.All())
	if err != nil {
		return nil, usagef("%s", strings.ReplaceAll(err.Error(), "\n", "\nbbdoctor: "))
	}
	return read, nil
}

// startOf is the directory from which the config file is looked for: that of a path, or the working directory.
func startOf(env environment, path string) string {
	if path == "-" {
		path = "."
	}
	absolute, err := filepath.Abs(env.path(path))
	if err != nil {
		return "/"
	}
	if info, err := os.Stat(absolute); err == nil && !info.IsDir() {
		return filepath.Dir(absolute)
	}
	return absolute
}

// shownAs is how messages name a file: relative to the working directory when it lies in it or a little above.
func shownAs(env environment, path string) string {
	dir, err := filepath.Abs(env.path("."))
	if err != nil {
		return path
	}
	if relative, err := filepath.Rel(dir, path); err == nil && strings.Count(relative, "..") <= 2 {
		return filepath.ToSlash(relative)
	}
	return filepath.ToSlash(path)
}

// configure gives the reader of the inputs what the config file says; the flags stay stronger.
func configure(options *offline.Options, from *config.Config) {
	if from == nil {
		return
	}
	options.Base, options.ConfigFile, options.Exclude = from.Dir(), from.File, from.Exclude
	options.Tables = from.Tables
	options.ConfigVersion, options.ConfigNodes = from.Bitbucket.Version, from.Bitbucket.Nodes
	for _, d := range from.Deployments {
		options.Declared = append(options.Declared, offline.Declaration{
			Name: d.Name, Files: d.Files, Helm: d.Helm, EnvFiles: d.Env,
			BitbucketVersion: d.Bitbucket.Version, BitbucketNodes: d.Bitbucket.Nodes,
		})
	}
}
