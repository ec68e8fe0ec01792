const ofARepository =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|COMMON_DIR|NAMESPACE|PREFIX|ALTERNATE_OBJECT_DIRECTORIES)$/;

type Environment = { readonly [name: string]: string | undefined };

/** Without what git sets for its hooks: it would lead a git that we run to another repository. */
export function withoutRepository(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !ofARepository.test(name)));
}
