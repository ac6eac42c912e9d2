// A shell script that compiles the printed Kotlin and runs it on Robolectric: Android's own classes on an ordinary JVM.

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { CACHE } from '../support.mjs'

const sources = fileURLToPath(new URL('android', import.meta.url))
const libraries = path.join(CACHE, 'android', 'libraries')

/** Runs after the printed script, in its folder, and prints what the app read. */
export const RUN_ANDROID = `
mvn -q -B -f '${sources}/pom.xml' org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory='${libraries}'
for archive in oss-android-sdk monitor; do
  (cd '${libraries}' && jar xf $archive-*.aar classes.jar && mv classes.jar $archive.jar)
done
classes='${libraries}/*'
java -cp "$classes" org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -no-stdlib -no-reflect -nowarn -d out \\
  -cp "$(ls '${libraries}'/*.jar | tr '\\n' ':')" Hello.kt '${sources}/HelloTest.kt'
java -Drobolectric.offline=true -Drobolectric.dependency.dir='${libraries}' -cp "out:$classes" org.junit.runner.JUnitCore HelloTest | sed 's/^\\.//'
`
