//! Categories that the user's own port table declares.

use portolan::service::user_table::parse;
use portolan::service::{CategoryId, Registry, Transport};
use proptest::prelude::*;
use testkit::*;

use crate::support::{Folder, Run, column, run};

const OFFICE: &str = "samples/office.pcapng";
/// A capture without the service bzflag.
const SCAN: &str = "samples/port-scan.pcap";

/// Runs the program with a port table.
fn run_with_table(table: &str, arguments: &[&str]) -> Run {
    let folder = Folder::new();
    let file = folder.file("ports.txt", table.as_bytes());
    run(&[arguments, &["--services", &file]].concat())
}

/// The game bzflag in this category, which no other service of the office has.
fn game(category: &str) -> String {
    format!("tcp/5154 = bzflag, {category}\n")
}

/// Names the game with a category that has to be declared.
fn own_game() -> String {
    format!("{}category gamez = Games of the lunch break\n", game("gamez"))
}

/// The written text, without the lines that depend on the table itself.
fn with_the_built_in_word(written: &str) -> String {
    let folderless = |line: &&str| !line.contains("\"services_table\"") && !line.contains("\"services\": \"/");
    written.lines().filter(folderless).map(|line| format!("{}\n", line.replace("gamez", "games"))).collect()
}

#[test]
fn an_own_category_appears_wherever_a_built_in_one_does() {
    for arguments in [
        &["read", OFFICE][..],
        &["read", OFFICE, "-t", "all", "--wide"],
        &["read", OFFICE, "--csv", "-", "-t", "services"],
        &["services", "5154", "--json", "-"],
        &["services", "bzflag"],
        &["compare", OFFICE, SCAN, "--all", "--json", "-"],
        &["compare", OFFICE, SCAN, "-t", "categories"],
    ] {
        let (built_in, own) = (run_with_table(&game("games"), arguments), run_with_table(&own_game(), arguments));
        assert_eq!((own.code, &own.stderr), (built_in.code, &built_in.stderr), "{arguments:?}");
        assert!(own.stdout.contains("gamez"), "{arguments:?}: {}", own.stdout);
        assert_eq!(with_the_built_in_word(&own.stdout), with_the_built_in_word(&built_in.stdout), "{arguments:?}");
    }
    let page = run_with_table(&own_game(), &["read", OFFICE, "--html", "-"]);
    assert!(page.code == 0 && page.stdout.contains("gamez"), "{}", page.stderr);
    let tables = run_with_table(&own_game(), &["read", OFFICE, "--json", "-", "-t", "all"]).tables();
    for table in ["services", "ports", "servers", "flows", "timeline", "categories"] {
        assert!(column(&tables, table, "category").iter().any(|category| **category == "gamez"), "{table}");
    }
}

#[test]
fn the_first_screen_shows_when_an_own_category_had_most_of_the_traffic() {
    let (folder, mut scene) = (Folder::new(), Scene::new());
    scene.frames(connection((C, 50_000), (S, 5154), 1));
    scene.wait(9).frames(connection((C, 50_001), (S, 5154), 1));
    let capture = folder.file("game.pcap", &scene.pcap());
    let screen = run_with_table(&own_game(), &["read", &capture]).stdout;
    assert!(screen.contains("Categories  gamez  100 %") && screen.contains(", mostly gamez\n"), "{screen}");
}

#[test]
fn an_own_category_selects_flows() {
    let wanted = run_with_table(&own_game(), &["read", OFFICE, "--json", "-", "--category", "gamez,mail"]).tables();
    let categories: Vec<&str> = column(&wanted, "categories", "category").iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(categories, ["mail", "gamez"]);
    let rest = run_with_table(&own_game(), &["read", OFFICE, "--json", "-", "--not-category", "gamez"]).tables();
    assert!(column(&rest, "flows", "category").iter().all(|category| **category != "gamez"));
    assert_eq!(column(&rest, "flows", "flow_id").len(), 171);
    let of_category = run_with_table(&own_game(), &["services", "gamez", "--json", "-"]).tables();
    assert_eq!(column(&of_category, "book", "service"), ["bzflag"]);
}

#[test]
fn a_name_that_is_no_category_leads_on() {
    for (table, arguments, message) in [
        (
            own_game(),
            &["read", OFFICE, "--category", "gamex"][..],
            "there is no category \"gamex\"; did you mean games or gamez?",
        ),
        (own_game(), &["read", OFFICE, "--category", "https"], "it is a service: use --service https"),
        (own_game(), &["read", OFFICE, "--service", "gamez"], "it is a category: use --category gamez"),
        (own_game(), &["explain", "gamex"], "did you mean games or gamez?"),
        (game("mial"), &["services"], "ports.txt line 1: \"mial\" is not a category; did you mean mail?"),
        (game("erp"), &["services"], "or declare a category of your own with a line such as: category erp = its meaning"),
        (game("scan"), &["services"], "ports.txt line 1: \"scan\" is a category that only Portolan gives"),
        ("# ours\ncategory web\n".into(), &["services"], "ports.txt line 2: \"web\" is a built-in category"),
        ("category a\ncategory a\n".into(), &["services"], "ports.txt line 2: the category \"a\" is already declared in line 1"),
        (
            (0..201).map(|number| format!("category c{number}\n")).collect(),
            &["services"],
            "ports.txt line 201: too many categories",
        ),
    ] {
        let run = run_with_table(&table, arguments);
        assert!(run.code == 2 && run.stderr.contains(message) && run.stdout.is_empty(), "{arguments:?}: {}", run.stderr);
    }
    let without_table = run(&["read", OFFICE, "--category", "gamez"]);
    assert!(without_table.code == 2 && without_table.stderr.ends_with("did you mean games?\n"), "{}", without_table.stderr);
    assert!(run(&["read", OFFICE, "--category", "erp"]).stderr.contains("(--services FILE) can declare others"));
}

#[test]
fn an_own_category_is_explained() {
    let table = own_game() + "category erp\n";
    let explained = run_with_table(&table, &["explain", "gamez", "ERP", "rank"]);
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    for part in [
        "gamez: category of your own port table\n  Games of the lunch break\n",
        "portolan services gamez --services FILE",
        "\n\nerp: category of your own port table\n  A category that your own port table (--services) declares.\n",
        "rank: evidence\n",
    ] {
        assert!(explained.stdout.contains(part), "{part}: {}", explained.stdout);
    }
    let without_table = run(&["explain", "gamez"]);
    assert!(without_table.code == 2 && without_table.stderr.contains("did you mean games?"), "{}", without_table.stderr);
    assert!(run(&["explain", "erp"]).stderr.contains("needs the port table that declares it: --services FILE"));
}

#[test]
fn the_legend_has_own_categories_and_no_other_words() {
    let folder = Folder::new();
    let file = folder.file("ports.txt", own_game().as_bytes());
    let legend = |arguments: &[&str]| {
        let page = run(&[&["read", OFFICE, "--services", &file, "--legend"], arguments].concat()).stdout;
        let own = page.lines().filter(|line| line.ends_with("A category that your own port table (--services) declares."));
        own.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for table in ["services", "categories", "flows", "timeline"] {
        assert_eq!(legend(&["-t", table, "--top", "0"]), ["gamez"], "{table}");
    }
    // The row for what is left out.
    assert_eq!(legend(&["-t", "categories", "--top", "2"]), [] as [&str; 0]);
}

proptest! {
    #[test]
    fn a_category_is_known_if_and_only_if_it_is_declared(name in "[a-z][a-z0-9-]{0,40}|\\PC{0,8}") {
        let rule = format!("tcp/1 = x, {name}\n");
        match (parse(&rule), parse(&format!("{rule}category {name}\n"))) {
            // Comments and separators have a meaning of their own.
            _ if name.contains(['#', '=', '/', '\r', ',']) || name.trim() != name || name.is_empty() => {}
            (Ok(built_in), Err(_)) => {
                let registry = Registry::with_table(&built_in);
                prop_assert!(matches!(registry.category_named(&name), Some(CategoryId::BuiltIn(_))));
            }
            (Err(_), Ok(own)) => {
                let registry = Registry::with_table(&own);
                let entry = registry.entry(registry.look_up(Transport::Tcp, 1).unwrap());
                prop_assert!(matches!(entry.category, CategoryId::Own(_)));
                prop_assert_eq!(registry.category_name(entry.category), &name);
                prop_assert_eq!(registry.category_named(&name), Some(entry.category));
            }
            // No name of a category, or a verdict's.
            (Err(_), Err(_)) => {}
            (Ok(_), Ok(_)) => prop_assert!(false, "{} is built in and declared", name),
        }
    }
}
