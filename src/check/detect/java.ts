import type { Survey } from "../survey/survey.ts";
import { fact, guess, lineIn, type Shape } from "./detection.ts";

/** A repo that Maven or Gradle builds. */
export function readJava({ repo }: Survey): Shape | null {
  const has = (path: string) => repo.paths.includes(path);
  const file = ["pom.xml", "build.gradle.kts", "build.gradle"].find(has);
  const text = file === undefined ? null : repo.read(file);
  if (file === undefined || text === null) return null;
  const isMaven = file === "pom.xml";
  const spring = lineIn(text, /spring-boot/);
  const dependencies = [
    ...text.matchAll(/<artifactId>([\w.-]+)<\/artifactId>|["'(]([\w.-]+:[\w.-]+)(?::|["'])/g),
  ].map((match) => ({
    name: match[1] ?? match[2] ?? "",
    file,
    line: text.slice(0, match.index).split("\n").length,
  }));
  const version = isMaven
    ? /<(?:java\.version|maven\.compiler\.release|maven\.compiler\.source)>\s*(\d+)/.exec(text)
    : /languageVersion(?:\.set\(|\s*=\s*)\s*JavaLanguageVersion\.of\((\d+)\)|sourceCompatibility\s*=\s*["']?(?:JavaVersion\.VERSION_)?(\d+)/.exec(
        text,
      );
  const java = version?.[1] ?? version?.[2];
  const wrapper = has(isMaven ? "mvnw" : "gradlew");
  const tool = isMaven
    ? wrapper
      ? "./mvnw -B"
      : "mvn -B"
    : wrapper
      ? "./gradlew --no-daemon"
      : "gradle --no-daemon";
  const plain = text.replace(
    /<parent>[\s\S]*?<\/parent>|<dependenc(y|ies)>[\s\S]*?<\/dependenc\1>|<build>[\s\S]*<\/build>/g,
    "",
  );
  const artifact = /<artifactId>([\w.-]+)<\/artifactId>/.exec(plain)?.[1];
  const release = /<version>([\w.-]+)<\/version>/.exec(plain)?.[1];
  const finalName = /<finalName>([\w.-]+)<\/finalName>/.exec(text)?.[1];
  const settings = `${repo.read("settings.gradle.kts") ?? ""}${repo.read("settings.gradle") ?? ""}`;
  const project = /rootProject\.name\s*=\s*["']([\w.-]+)["']/.exec(settings)?.[1];
  const gradleVersion = /^version\s*=\s*["']([\w.-]+)["']/m.exec(text)?.[1];
  const jar = isMaven
    ? finalName !== undefined
      ? `target/${finalName}.jar`
      : artifact && release
        ? `target/${artifact}-${release}.jar`
        : null
    : project && gradleVersion
      ? `build/libs/${project}-${gradleVersion}.jar`
      : null;
  const start =
    jar === null
      ? guess("", file, 1, "what the build calls the jar isn't known")
      : spring === null
        ? guess(`java -jar ${jar}`, file, 1, "whether the jar can be run by itself isn't known")
        : fact(`java -jar ${jar}`, file, lineIn(text, /<artifactId>|^version/m));
  const isWeb = /spring-boot-starter-web|webflux|quarkus|micronaut-http|javalin|helidon/.test(text);
  const name = isWeb || spring === null ? "web" : "worker";
  return {
    language: "java",
    framework: spring === null ? fact("Java", file, 1) : fact("Spring Boot", file, spring),
    packageManager: fact(isMaven ? "maven" : "gradle", file, 1),
    toolchain:
      java === undefined
        ? []
        : [
            {
              tool: "java",
              ...fact(
                java,
                file,
                lineIn(text, /java\.version|maven\.compiler|languageVersion|sourceCompatibility/),
              ),
            },
          ],
    install: null,
    build: fact(isMaven ? `${tool} -DskipTests package` : `${tool} build -x test`, file, 1),
    test: repo.paths.some((path) => path.startsWith("src/test/"))
      ? fact(isMaven ? `${tool} test` : `${tool} test`, file, 1)
      : null,
    release: null,
    processes: [{ ...start, name, type: name }],
    dependencies,
    manifests: [],
    recognised: spring !== null || isWeb,
    ...(wrapper
      ? {}
      : { imageless: `there is no ${isMaven ? "mvnw" : "gradlew"} that would bring the build tool along` }),
  };
}
